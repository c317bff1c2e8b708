"""What a user chooses by name: a row of a table each."""
