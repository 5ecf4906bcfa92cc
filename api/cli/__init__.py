"""La consola: `./dstc`."""
