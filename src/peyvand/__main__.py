from peyvand.cli import app

app()
