"""Hello, a second of waiting, World: on asyncio, the twin of hello_world/.

    python hello_world.py
    python hello_world.py --tasks 100000
"""

# ANCHOR: hello
import asyncio


async def hello_world():
    print("Hello")
    await asyncio.sleep(1)
    print("World")


def main():
    asyncio.run(hello_world())


# ANCHOR_END: hello
# ANCHOR: at_scale
async def at_scale(tasks):
    """Any number of hello-worlds at once, each a task of its own, with one greeting for all."""
    print(f"Hello × {tasks}", flush=True)
    await asyncio.gather(*(asyncio.sleep(1) for _ in range(tasks)))
    print(f"World × {tasks}")


# ANCHOR_END: at_scale
if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description="Hello, a second of waiting, World: on asyncio.")
    parser.add_argument("--tasks", type=int, metavar="N", help="run N hello-worlds at once")
    args = parser.parse_args()
    if args.tasks:
        asyncio.run(at_scale(args.tasks))
    else:
        main()
