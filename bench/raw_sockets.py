"""The peer of the fan-out: a plain Starlette WebSocket route that sends the same bytes to everybody when told to."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

sockets: set[WebSocket] = set()


async def join(socket: WebSocket) -> None:
    """A subscriber; whatever it says is ignored."""
    await socket.accept(subprotocol="graphql-transport-ws")
    sockets.add(socket)
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        sockets.discard(socket)


async def tell(request: Request) -> Response:
    """Send the request's body to all."""
    text = (await request.body()).decode()
    for socket in sockets:
        await socket.send_text(text)
    return Response(b"{}", media_type="application/json")


app = Starlette(routes=[WebSocketRoute("/graphql", join), Route("/tell", tell, methods=["POST"])])
