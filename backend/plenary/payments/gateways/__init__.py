"""Gateways: who takes the money. Each is an adapter behind one small protocol; only its signed word counts."""
