import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a database that can be cut at a chosen word. */
export interface CuttingProxy {
  /** The database's address, led through the proxy. */
  readonly url: string
  /** Once a client has sent `text`, the server's next answer is swallowed and the line cut. */
  cutAfter(text: string): void
  /** From now on the database is as if it were stopped, until it is started again. */
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** Starts a proxy on 127.0.0.1 in front of the server that `target` names. */
export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let trigger: string | undefined
  const server = createServer((client) => {
    const upstream = connect(Number(port || '5432'), hostname)
    let isCutting = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (bytes) => {
      if (trigger !== undefined && bytes.includes(trigger)) {
        trigger = undefined
        isCutting = true
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => (isCutting ? client.destroy() : client.write(bytes)))
  })
  const listen = (at: number) =>
    new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
  const stop = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)))
      for (const socket of sockets) socket.destroy()
    })
  await listen(0)
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cutAfter(text) {
      trigger = text
    },
    stop,
    start: () => listen(Number(url.port)),
    close: stop,
  }
}
