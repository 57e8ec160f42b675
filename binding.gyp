{
  "variables": {
    # A newer compiler may warn about what today's does not. That must fail our CI, never a user's install.
    "warnings_are_errors%": "<!(node -p \"process.env.PLOKE_IO_WERROR === '1' ? 1 : 0\")",
  },
  "targets": [
    {
      "target_name": "ploke_io",
      "include_dirs": [
        "<!(node -p \"require('node-addon-api').include_dir\")",
      ],
      "defines": [
        "NAPI_VERSION=8",
        "NAPI_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        # A worker that is being terminated takes no exception; without this node-addon-api would end the process then.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
      ],
      "sources": [
        "native/binding.cc",
        "native/binding_cache.cc",
        "native/binding_commit.cc",
        "native/binding_directory.cc",
        "native/binding_known.cc",
        "native/binding_lock.cc",
        "native/binding_look.cc",
        "native/binding_read.cc",
        "native/binding_record.cc",
        "native/binding_roots.cc",
        "native/binding_targets.cc",
        "native/binding_watch.cc",
        "native/commit_batch.cc",
        "native/content_cache.cc",
        "native/directories.cc",
        "native/durability.cc",
        "native/entry_commit.cc",
        "native/environment.cc",
        "native/file_bytes.cc",
        "native/fine_stamps.cc",
        "native/folded_name.cc",
        "native/identify.cc",
        "native/in_place.cc",
        "native/known_files.cc",
        "native/known_scan.cc",
        "native/known_states.cc",
        "native/list_batch.cc",
        "native/lock.cc",
        "native/lock_scope.cc",
        "native/lock_store.cc",
        "native/lock_wait.cc",
        "native/metadata.cc",
        "native/origin.cc",
        "native/origin_batch.cc",
        "native/owner.cc",
        "native/probe.cc",
        "native/read_batch.cc",
        "native/remove_tree.cc",
        "native/replace.cc",
        "native/resolve.cc",
        "native/roots.cc",
        "native/sha256.cc",
        "native/slice.cc",
        "native/stamp.cc",
        "native/stat_batch.cc",
        "native/stream.cc",
        "native/swap.cc",
        "native/sweep.cc",
        "native/targets.cc",
        "native/temporary_name.cc",
        "native/utf8.cc",
        "native/walk.cc",
        "native/workers.cc",
      ],
      # Node's own headers ask for a newer standard on newer Node versions. One standard everywhere keeps the addon
      # the same program whichever Node built it.
      "cflags!": ["-O3", "-fno-omit-frame-pointer", "-Wno-unused-parameter"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fexceptions"],
      "cflags": [
        "-O2",
        "-Wall",
        "-Wextra",
        "-fvisibility=hidden",
      ],
      "cflags_cc": [
        "-std=c++17",
        "-fno-exceptions",
      ],
      "conditions": [
        ["warnings_are_errors==1", {
          "cflags": ["-Werror"],
          "xcode_settings": {
            "GCC_TREAT_WARNINGS_AS_ERRORS": "YES",
          },
        }],
        ["OS!='win'", {
          "sources": [
            "native/posix.cc",
            "native/posix_lock.cc",
          ],
        }],
        ["OS=='linux'", {
          "sources": [
            "native/linux.cc",
            "native/linux_access_list.cc",
            "native/linux_attributes.cc",
            "native/linux_directory_watch.cc",
            "native/linux_lock_watch.cc",
            "native/linux_nameless.cc",
            "native/linux_process.cc",
          ],
          "libraries": [
            "-ldl",
            "-lpthread",
          ],
          # The linker runs in build/, hence the relative path: no path of the building machine enters the command.
          "ldflags": [
            "-Wl,--version-script=../native/exports.map",
            "-Wl,-z,now",
            "-Wl,-z,relro",
          ],
        }],
        ["OS=='mac'", {
          "sources": [
            "native/darwin.cc",
            "native/darwin_access_list.cc",
            "native/darwin_attributes.cc",
            "native/darwin_directory_watch.cc",
            "native/darwin_file_system.cc",
            "native/darwin_lock_watch.cc",
            "native/darwin_open.cc",
            "native/darwin_process.cc",
          ],
          # On macOS gyp takes its flags from here, not from cflags and ldflags; the reasons are the same.
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
            "CLANG_CXX_LIBRARY": "libc++",
            "DEAD_CODE_STRIPPING": "YES",
            "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
            "GCC_OPTIMIZATION_LEVEL": "2",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            "MACOSX_DEPLOYMENT_TARGET": "12.0",
            "WARNING_CFLAGS!": ["-Wno-unused-parameter"],
            "WARNING_CFLAGS": [
              "-Wall",
              "-Wextra",
            ],
            # See native/exports.map. Names of C have an underscore before them here.
            "OTHER_LDFLAGS": [
              "-Wl,-exported_symbol,_napi_register_module_v1",
              "-Wl,-exported_symbol,_node_api_module_get_api_version_v1",
            ],
          },
        }],
      ],
    },
  ],
}
