/** Reading a whole message, shared by the emulated upstream and the reference proxies. */
import type { IncomingMessage } from 'node:http'

/**
 * The whole body of a message; fails when the peer goes away or the body passes the limit.
 * Plain events, and one buffer when the length is announced: this is on a reference's measured
 * path.
 */
export function readAll(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(message.headers['content-length'] ?? 0)
    let buffer = Buffer.allocUnsafe(Math.min(announced, limitBytes))
    let length = 0
    message.on('data', (chunk: Buffer) => {
      const needed = length + chunk.length
      if (needed > limitBytes) {
        message.destroy(new Error('The body is too large'))
        return
      }
      if (needed > buffer.length) buffer = Buffer.concat([buffer.subarray(0, length)], needed * 2)
      chunk.copy(buffer, length)
      length = needed
    })
    message.once('end', () => resolve(buffer.subarray(0, length)))
    message.once('error', reject)
    message.once('close', () => reject(new Error('The message ended early')))
  })
}
