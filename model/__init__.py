"""Concord: do joint defence, development and foreign policies prevent more conflict than separate ones?"""
