"""What the server sends requests with: aiohttp, behind core's transport seam."""
