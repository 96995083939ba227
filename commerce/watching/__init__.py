"""What customers keep an eye on: favourites, what they looked at, what they wait for."""
