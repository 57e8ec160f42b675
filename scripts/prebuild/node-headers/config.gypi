# Instead of how the Node that runs the build was configured.
{
  "target_defaults": {},
  "variables": {}
}
