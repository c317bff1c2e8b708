"""`make reproduce`: published behaviour, trained again from drawn weights to a verdict."""
