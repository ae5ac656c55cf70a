import type { IncomingMessage } from 'node:http'

/** Limits of the sandbox's server. */
export const sandboxLimits = {
  /** More than any provider takes in one request that the gateway sends. */
  maxBodyBytes: 120_000_000,
  /** One message that a client sends into a socket. */
  maxSocketMessageBytes: 1_000_000,
} as const

/**
 * The whole body; undefined when it is over the limit, and then its rest is read and thrown away,
 * so that the client gets to see the refusal.
 */
export async function readBody(message: IncomingMessage): Promise<Uint8Array | undefined> {
  const { maxBodyBytes } = sandboxLimits
  const chunks: Uint8Array[] = []
  let length = Number(message.headers['content-length'] ?? 0)
  if (length <= maxBodyBytes) {
    length = 0
    const stream: AsyncIterable<Uint8Array> = message.iterator({ destroyOnReturn: false })
    for await (const chunk of stream) {
      length += chunk.byteLength
      if (length > maxBodyBytes) break
      chunks.push(chunk)
    }
  }
  if (length <= maxBodyBytes) return Buffer.concat(chunks, length)
  message.resume()
  return undefined
}
