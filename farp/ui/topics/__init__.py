"""What the pages of the analyses in depth need besides charts, one module a topic: help texts, cards and the tables behind the charts."""
