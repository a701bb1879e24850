#!/usr/bin/env node
// The studio's own command; `oltr studio` starts it. Needs Node.js 24, which runs TypeScript as it is; the same program built
// into one file is up sooner.

if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { builtServer } = await import('./built-server.js')
  await import(builtServer() ?? '../src/main.ts')
} else {
  console.error(
    `the studio needs Node.js 24 or newer, this is ${process.version}: start it as \`oltr studio\``,
  )
  process.exitCode = 1
}
