import { text } from 'node:stream/consumers'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LoopbackServer, startLoopbackServer } from '../../src/testing/loopback-server.ts'
import { clearStand, runProgram, type Stand, startStand, until } from './stand.ts'

interface Received {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

let receiver: LoopbackServer
let received: Received[]
let stand: Stand
beforeAll(async () => {
  received = []
  receiver = await startLoopbackServer(async (request, response) => {
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
    const body = await text(request)
    received.push({ path: request.url ?? '', headers: Object.fromEntries(headers), body })
    response.writeHead(204).end()
  })
  stand = await startStand({
    config: `webhooks: { private_origins: ["${receiver.origin}"] }\nsandbox: [openai]\n`,
  })
})
afterAll(async () => {
  await clearStand(stand)
  await receiver.close()
})

const json = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
  const ended = await runProgram([...words, '--json'], { KEEPRATE_HOME: stand.home })
  expect([ended.code, ended.errors.includes('error')], ended.errors).toEqual([0, false])
  return JSON.parse(ended.output) as Record<string, unknown>
}
const arrived = (path: string): Promise<Received> =>
  until(async () => received.find((each) => each.path === path))

test('a webhook that a command made is served by the server that runs', async () => {
  const { id, secret } = await json('webhooks', 'add', `${receiver.origin}/hook`)
  const client = new OpenAI({
    ...{ apiKey: stand.key, baseURL: `${stand.url}/v1`, webhookSecret: String(secret) },
  })
  // The server looks for new webhooks every two seconds.
  await until(async () => {
    await client.images.generate({ prompt: `a cup ${received.length}`, quality: 'low' })
    return received.length > 0 ? true : undefined
  })
  const { body, headers } = await arrived('/hook')
  const told = await client.webhooks.unwrap(body, headers)
  expect(told).toMatchObject({ type: 'image.completed', data: { simulated: true } })
  const { images } = (told as unknown as { data: { images: readonly { url: string }[] } }).data
  const picture = await fetch(images[0]?.url ?? '')
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
  const endpoint = '/v1/images/generations'
  const line = { custom_id: 'one', method: 'POST', url: endpoint, body: { prompt: 'a jug' } }
  const file = await toFile(Buffer.from(JSON.stringify(line)), 'lines.jsonl')
  const { id: inputId } = await client.files.create({ file, purpose: 'batch' })
  const batch = await client.batches.create({
    ...{ input_file_id: inputId, endpoint, completion_window: '24h' },
  })
  const ended = await until(async () =>
    received.find((each) => each.body.includes('batch.completed')),
  )
  expect(await client.webhooks.unwrap(ended.body, ended.headers)).toMatchObject({
    type: 'batch.completed',
    data: { id: batch.id, status: 'completed', request_counts: { completed: 1, failed: 0 } },
  })
  const sent = (await json('webhooks', 'deliveries', '--status', 'delivered')) as unknown
  expect(sent).toMatchObject([
    { webhook_id: id, type: 'batch.completed', attempts: 1 },
    ...Array((sent as unknown[]).length - 1).fill({ type: 'image.completed', attempts: 1 }),
  ])
  expect(await json('webhooks', 'remove', String(id))).toEqual({ id, deleted: true })
})

test('alerts are previewed', async () => {
  const preview = await json('alerts', 'preview', '--rules', 'cost_per_accepted:0.012')
  expect(preview).toMatchObject({ data: [], rules: { cost_per_accepted: { all: '0.012' } } })
})
