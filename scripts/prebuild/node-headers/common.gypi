# What node-gyp expects beside Node's headers, cut down to what an addon of Node-API needs: the headers of npm's
# node-api-headers come without one, and the one of an installed Node differs from version to version.
{
  "target_defaults": {
    "default_configuration": "Release",
    "configurations": {
      "Debug": {},
      "Release": {},
    },
    "cflags": ["-pthread"],
    "cflags_cc": ["-fno-rtti"],
    "ldflags": ["-pthread"],
  },
}
