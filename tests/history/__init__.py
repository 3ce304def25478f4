"""One stored sample of every version of every event that was ever written. Samples are added and never changed."""
