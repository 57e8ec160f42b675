// Bundles static.cjs as webpack's users do: node-loader copies a binary that is required by its name.
const path = require('node:path');
const webpack = require(process.env.WEBPACK);

const configuration = {
  mode: 'development',
  devtool: false,
  target: 'node',
  context: __dirname,
  entry: './static.cjs',
  output: { path: path.join(__dirname, 'webpack'), filename: 'main.cjs' },
  module: { rules: [{ test: /\.node$/, loader: process.env.NODE_LOADER }] },
};

webpack(configuration, (error, result) => {
  if (error || result.hasErrors()) {
    console.error(error ?? result.toString());
    process.exitCode = 1;
  } else console.log('works');
});
