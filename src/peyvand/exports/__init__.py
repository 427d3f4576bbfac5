"""Lists as files: asked for, written in the background under the asker's own rights, taken, and forgotten again (decision D6)."""
