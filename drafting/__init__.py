"""The paper itself: what a file is, forms to DOCX, DOCX to PDF, and the words out of both."""
