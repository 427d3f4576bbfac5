"""What people think of statements: who votes alike, and what unites them."""

from peyvand.engines.opinions.groups import Group, Opinions, Saying, opinion_groups

__all__ = ["Group", "Opinions", "Saying", "opinion_groups"]
