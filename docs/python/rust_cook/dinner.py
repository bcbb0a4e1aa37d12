"""asyncio awaits Rust futures, and cancels one: pip install docs/python/rust_cook, then run this."""

import asyncio

from rust_cook import cook, pans_in_use


async def main():
    print(await asyncio.gather(cook("coffee", 0.1), cook("eggs", 0.2)))

    toast = cook("toast", 60)
    while not pans_in_use():
        pass  # the event loop stands still here, and Rust's does not
    print("the toast has begun, and nothing awaits it")

    toast.cancel()
    while pans_in_use():
        await asyncio.sleep(0.01)
    print("the toast is cancelled, and its pan is free")


try:
    cook("eggs", 0.1)
except RuntimeError as error:
    print(error)
asyncio.run(main())
