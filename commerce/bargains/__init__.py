"""Bargains (砍价): a price that falls with each friend who helps, down to a floor."""
