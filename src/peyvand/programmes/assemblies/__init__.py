"""Assemblies: residents decide what is done with their neighbourhood's money, after a published study, by a secret vote."""
