"""A tile server on loopback: white tiles with one red disc at a known position."""

from __future__ import annotations

import io
import math
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageDraw

RED = (255, 0, 0)
DISC = 45


class TileServer(ThreadingHTTPServer):
    """Draws a red disc at one position on white tiles, by the usual formula; may fail or send elsewhere."""

    daemon_threads = True

    def __init__(self, landmark: tuple[float, float]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.landmark, self.asked, self.answer = landmark, [], "tile"

    def tile(self, zoom: int, x: int, y: int) -> bytes:
        lon, lat = self.landmark
        n = 2**zoom
        px = ((lon + 180) / 360 * n - x) * 256
        py = ((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n - y) * 256
        image = Image.new("RGB", (256, 256), "white")
        ImageDraw.Draw(image).ellipse((px - DISC, py - DISC, px + DISC, py + DISC), fill=RED)
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()


class _Handler(BaseHTTPRequestHandler):
    server: TileServer

    def do_GET(self) -> None:
        server = self.server
        server.asked.append(self.path)
        zoom, x, y = map(int, self.path.strip("/").removesuffix(".png").split("/")[-3:])
        if server.answer == "gap" and (x + y) % 2:
            self.send_error(404)
        elif server.answer == "elsewhere":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/secret/{zoom}/{x}/{y}.png")
            self.end_headers()
        else:
            body = b"<html>" if server.answer == "page" else server.tile(zoom, x, y)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass
