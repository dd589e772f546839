"""What a person may type about a clinic and its accounts. Nothing here reads the database."""
