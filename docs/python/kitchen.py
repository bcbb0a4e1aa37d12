"""A small web service that takes a kitchen's orders, on FastAPI, asyncpg and PyMongo: the twin of
docs/kitchen.

    DATABASE_URL=postgresql://… python kitchen.py --port 8000

MONGODB_URI names a MongoDB; without it recipes are 503.
"""

import argparse
import asyncio
import json
import os
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
import pymongo
import pymongo.errors
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

TABLES = """
    CREATE TABLE IF NOT EXISTS stock (
        dish text PRIMARY KEY, portions int NOT NULL CHECK (portions >= 0));
    CREATE TABLE IF NOT EXISTS orders (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dish text NOT NULL REFERENCES stock, count int NOT NULL);
    INSERT INTO stock VALUES ('coffee', 1000), ('eggs', 12), ('toast', 1000)
        ON CONFLICT DO NOTHING"""

PAGE = 1000


@asynccontextmanager
async def lifespan(app):
    app.state.readers = set()
    app.state.recipes = None
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=0, max_size=4) as pool:
        app.state.pool = pool
        await pool.execute(TABLES)
        if uri := os.environ.get("MONGODB_URI"):
            app.state.recipes = pymongo.AsyncMongoClient(uri).kitchen.recipes
        listening = asyncio.create_task(listen())
        yield
        listening.cancel()
        await asyncio.wait([listening])


app = FastAPI(
    title="kitchen",
    description="Takes orders, and keeps recipes. Recipes want a MongoDB: where MONGODB_URI is not set, "
    "they are 503.",
    lifespan=lifespan,
)

# What FastAPI cannot know: the statuses of what handlers raise.
AWAY = {503: {"description": "The database is away, or busy for longer than a request waits"}}
BROKEN = {400: {"description": "A body that is not UTF-8"}}
ORDER = {404: {"description": "No such dish"}, 409: {"description": "Not enough left"}}


def pool():
    return app.state.pool


class NewOrder(BaseModel):
    dish: str
    count: int = Field(ge=1, le=20)


class Order(NewOrder):
    id: int


# ANCHOR: take_order
@app.post("/orders", status_code=201, response_model=Order, responses=ORDER | BROKEN | AWAY)
async def take_order(new: NewOrder, pool: Annotated[asyncpg.Pool, Depends(pool)]):
    """Two statements, of which both are done or none."""
    async with pool.acquire(timeout=2) as connection, connection.transaction():
        insert = "INSERT INTO orders (dish, count) VALUES ($1, $2) RETURNING id, dish, count"
        try:
            row = await connection.fetchrow(insert, new.dish, new.count)
        except asyncpg.ForeignKeyViolationError:
            raise HTTPException(404, f"no such dish: {new.dish}") from None
        take = "UPDATE stock SET portions = portions - $2 WHERE dish = $1 AND portions >= $2"
        if await connection.execute(take, new.dish, new.count) == "UPDATE 0":
            raise HTTPException(409, f"not enough left: {new.dish}")
        # Heard at the commit.
        await connection.execute("SELECT pg_notify('orders', $1)", json.dumps(dict(row)))
        return dict(row)


# ANCHOR_END: take_order


@app.get("/orders", responses=AWAY, response_class=StreamingResponse)
async def orders(pool: Annotated[asyncpg.Pool, Depends(pool)]):
    """Read in pages, each with a connection that is given back before its lines are sent."""

    async def page(after):
        async with pool.acquire(timeout=2) as connection:
            query = f"SELECT * FROM orders WHERE id > $1 ORDER BY id LIMIT {PAGE}"
            return await connection.fetch(query, after)

    async def lines(rows):
        while rows:
            yield "".join(json.dumps(dict(row)) + "\n" for row in rows)
            rows = len(rows) == PAGE and await page(rows[-1]["id"])

    return StreamingResponse(lines(await page(0)), media_type="application/jsonl")


@app.get("/orders/news")
async def order_news():
    """Server-sent events. Nobody waits for a slow reader, who is told how many it missed."""

    async def events():
        queue = asyncio.Queue(64)
        queue.missed = 0
        app.state.readers.add(queue)
        try:
            while True:
                order = await queue.get()
                if order is None:
                    yield "event: missed\ndata: unknown\n\n"
                else:
                    yield f"event: order\ndata: {order}\n\n"
                if queue.missed:
                    yield f"event: missed\ndata: {queue.missed}\n\n"
                    queue.missed = 0
        finally:
            app.state.readers.discard(queue)

    return StreamingResponse(events(), media_type="text/event-stream")


def hand_on(_connection, _pid, _channel, order):
    for queue in app.state.readers:
        try:
            queue.put_nowait(order)
        except asyncio.QueueFull:
            queue.missed += 1


async def listen():
    """Listens on a connection of its own; when the database goes away, until it is back."""
    again = False
    while True:
        try:
            connection = await asyncpg.connect(os.environ["DATABASE_URL"])
            gone = asyncio.Event()
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener("orders", hand_on)
            if again:
                hand_on(None, None, None, None)  # an unknown number was missed
            await gone.wait()
        except (OSError, asyncpg.PostgresError):
            pass
        again = True
        await asyncio.sleep(1)


class NewRecipe(BaseModel):
    text: str


def recipes():
    if app.state.recipes is None:
        raise HTTPException(503, "the database is away: MONGODB_URI is not set")
    return app.state.recipes


@app.put("/recipes/{dish}", status_code=204, responses=BROKEN | AWAY)
async def write_recipe(dish: str, new: NewRecipe):
    recipe = {"_id": dish, "text": new.text}
    await recipes().replace_one({"_id": dish}, recipe, upsert=True)
    return Response(status_code=204)


@app.get("/recipes", responses=AWAY, response_class=StreamingResponse)
async def read_recipes():
    async def lines(cursor):
        async for recipe in cursor:
            yield json.dumps(recipe) + "\n"

    cursor = recipes().find().sort("_id")
    return StreamingResponse(lines(cursor), media_type="application/jsonl")


@app.get("/recipes/news", responses=AWAY)
async def recipe_news():
    async def events(changes):
        async with changes:
            async for change in changes:
                yield f"event: recipe\ndata: {json.dumps(change['fullDocument'])}\n\n"

    changes = await recipes().watch(full_document="updateLookup")
    return StreamingResponse(events(changes), media_type="text/event-stream")


@app.exception_handler(OSError)
@app.exception_handler(TimeoutError)
@app.exception_handler(asyncpg.InterfaceError)
@app.exception_handler(asyncpg.PostgresConnectionError)
@app.exception_handler(asyncpg.OperatorInterventionError)
@app.exception_handler(pymongo.errors.PyMongoError)
async def away(_request: Request, error: Exception):
    return JSONResponse({"detail": f"the database is away: {error}"}, status_code=503)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    # Each worker is a process, which imports this file anew and has a pool of its own.
    uvicorn.run("kitchen:app", port=args.port, workers=args.workers, log_level="warning")
