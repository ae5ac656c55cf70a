import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { write } from './send-images.ts'

test('waiting for a slow client leaves no listeners behind', async () => {
  const text = 'x'.repeat(512 * 1024)
  const counts: number[] = []
  const server = createServer(async (_, raw) => {
    const listening = () => raw.listenerCount('drain') + raw.listenerCount('close')
    const before = listening()
    for (let turn = 0; turn < 20; turn += 1) await write(raw, text)
    counts.push(listening() - before)
    raw.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const request = get({ port: (server.address() as AddressInfo).port })
  const [answer] = await once(request, 'response')
  let received = 0
  for await (const chunk of answer) received += chunk.length
  server.close()
  expect(received).toBe(20 * text.length)
  expect(counts).toEqual([0])
})
