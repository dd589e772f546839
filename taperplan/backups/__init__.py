"""A whole clinic in one encrypted file, and back: `backup`, `restore`, `verify_backup`."""
