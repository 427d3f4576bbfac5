"""What came of it, told by those who did it, with the consent of those shown."""
