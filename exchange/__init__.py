"""What leaves and enters the office: the egress gate, edXML, transports and mail."""
