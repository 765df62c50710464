"""What miners share: messages as words, and groups of messages split and joined once all are known."""
