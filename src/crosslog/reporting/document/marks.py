"""The dots of figures: a shape of its own for each of a few methods that share a colour."""

from __future__ import annotations

from crosslog.reporting.document.palette import Look

OUTLINES = {
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "triangle": ((0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "wedge": ((0, 1.1), (1.05, -0.8), (-1.05, -0.8)),
    "cross": (
        (-1.1, -0.4), (-0.4, -0.4), (-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4),
        (1.1, 0.4), (0.4, 0.4), (0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4),
    ),
}  # fmt: skip


def draw_marker(look: Look, x: float, y: float, radius: float, *, hollow: bool = False) -> str:
    """A method's dot; hollow ones are outlines."""
    paint = f"s{look.colour} paper" if hollow else f"s{look.colour} f{look.colour}"
    drawn = f'class="{paint}" stroke-width="1.4"'
    if look.marker == "circle":
        return f'<circle {drawn} cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'
    corners = " ".join(f"{x + across * radius:.1f},{y + up * radius:.1f}" for across, up in OUTLINES[look.marker])
    return f'<polygon {drawn} points="{corners}"/>'
