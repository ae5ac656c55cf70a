/** How the processes of a run live: they say where they listen and end by themselves. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Listens on a free loopback port and prints `{"port":…}` as one line. Ends at SIGTERM and when
 * standard input closes, so nothing is left behind when the run dies.
 */
export function serveAsChild(server: Server, finish: () => Promise<void>): void {
  server.keepAliveTimeout = 60_000
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1_024 }, () => {
    const { port } = server.address() as AddressInfo
    process.stdout.write(`${JSON.stringify({ port })}\n`)
  })
  endWithParent(async () => {
    server.close()
    server.closeAllConnections()
    await finish()
  })
}

/** Runs `finish` once and exits at SIGTERM or at the end of standard input. */
export function endWithParent(finish: () => Promise<void>): void {
  let isEnding = false
  const end = (): void => {
    if (isEnding) return
    isEnding = true
    finish().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', end)
  process.stdin.once('end', end)
  process.stdin.resume()
}
