import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What the first client that gets an answer through the proxy sees instead. */
export type Loss = 'before the answer' | 'in the answer' | 'as a 504'

/** A way to a gateway on which the first answer is lost. */
export interface LosingProxy {
  readonly url: string
  close(): Promise<void>
}

const BAD_GATEWAY = '<h1>504 Gateway Time-out</h1>'
const answer504 =
  'HTTP/1.1 504 Gateway Time-out\r\ncontent-type: text/html\r\nconnection: close\r\n' +
  `content-length: ${BAD_GATEWAY.length}\r\n\r\n${BAD_GATEWAY}`
/** Heads of our answers are shorter, pictures longer. */
const SEEN_BYTES = 5_000

/**
 * Starts a proxy on 127.0.0.1. Whatever it does to its client, it leaves the gateway with the rest
 * of the answer unread, as a load balancer does that has lost its client or its patience.
 * @param origin of the gateway; asked for each connection, which waits for it.
 * @param loss none when connections break by themselves.
 */
export async function startLosingProxy(
  origin: () => Promise<string>,
  loss?: Loss,
): Promise<LosingProxy> {
  const sockets = new Set<Socket>()
  let isLossDue = loss !== undefined
  const server = createServer({ pauseOnConnect: true }, async (client) => {
    keep(client, sockets)
    const { hostname, port } = new URL(await origin())
    const upstream = connect(Number(port), hostname)
    keep(upstream, sockets)
    client.on('close', () => upstream.destroy())
    const closeClient = () => client.destroy()
    upstream.on('close', closeClient)
    client.on('data', (bytes) => upstream.write(bytes))
    client.resume()
    upstream.on('data', (bytes: Buffer) => {
      if (!isLossDue) {
        client.write(bytes)
        return
      }
      isLossDue = false
      // At once: a paused stream reads on until its buffer is full, and would have read it all.
      upstream.off('close', closeClient)
      upstream.destroy()
      client.end(seen(bytes, loss))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function seen(bytes: Buffer, loss: Loss | undefined): string | Uint8Array {
  if (loss === 'as a 504') return answer504
  return loss === 'in the answer' ? bytes.subarray(0, SEEN_BYTES) : ''
}

function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket)
  socket.on('error', () => undefined)
  socket.on('close', () => sockets.delete(socket))
}
