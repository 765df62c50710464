"""What a chapter is made of, and the writers of Markdown, of the page and of figures."""
