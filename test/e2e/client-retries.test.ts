import { createOpenAI } from '@ai-sdk/openai'
import { generateImage } from 'ai'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CrashStand, get, type Receipt, receiptWhen, startCrashStand } from './crash-stand.ts'
import { jsonOf } from './exchange.ts'
import { type Loss, startLosingProxy } from './losing-proxy.ts'
import { makePng } from './pictures.ts'
import { databaseKinds, makeHome, type Stand } from './stand.ts'

const SQUARE = { width: 1024, height: 1024 }
const MODEL = 'flux-2-max'

/** What a client asks; the prompt tells the cases apart. */
interface Wanted {
  readonly prompt: string
  readonly model?: string
  readonly picture?: Uint8Array
}

/** Gets a picture as the package's users do, with the retries that it makes by itself. */
type Client = (origin: string, key: string, wanted: Wanted) => Promise<Uint8Array>

const viaOpenAI: Client = async (...asked) => {
  try {
    return await askOpenAI(...asked)
  } catch (error) {
    // It gives up when a body breaks off (openai 7.55.0, measured 2026-11-25); its user asks again.
    if (error instanceof TypeError) return askOpenAI(...asked)
    throw error
  }
}

const askOpenAI: Client = async (origin, apiKey, { prompt, model = MODEL, picture }) => {
  const { images } = new OpenAI({ baseURL: `${origin}/v1`, apiKey })
  const asked = { model, prompt, size: '1024x1024' } as const
  const { data } =
    picture === undefined
      ? await images.generate(asked)
      : await images.edit({
          ...asked,
          image: await toFile(picture, 'a.png', { type: 'image/png' }),
        })
  return Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
}

const viaAISDK: Client = async (origin, apiKey, { prompt, model = MODEL, picture }) => {
  const { image } = await generateImage({
    model: createOpenAI({ baseURL: `${origin}/v1`, apiKey }).image(model),
    prompt: picture === undefined ? prompt : { text: prompt, images: [picture] },
    size: '1024x1024',
  })
  return image.uint8Array
}

const clients: readonly (readonly [string, Client])[] = [
  ['the openai client', viaOpenAI],
  ['the AI SDK', viaAISDK],
]
const operations = ['a generation', 'an edit'] as const
const losses: readonly Loss[] = ['before the answer', 'in the answer', 'as a 504']

const cases = clients.flatMap(([name, client]) =>
  operations.map((operation) => ({ name, client, operation })),
)
const casesOfLoss = cases.flatMap((each) => losses.map((loss) => ({ ...each, loss })))

const isOver = ({ status }: Receipt) => status !== 'running'

/** Every request with this prompt, of which there must be one, and its call. */
async function expectPaidOnce(gateway: Stand, prompt: string, picture: Uint8Array): Promise<void> {
  const receipt = await receiptWhen(gateway, prompt, isOver)
  expect(receipt.attempts).toHaveLength(1)
  const { body } = await get(gateway, `/v1/images/${receipt.images[0]?.id}/content`)
  expect(Buffer.compare(body, picture)).toBe(0)
  const { data } = jsonOf(await get(gateway, '/v1/requests?limit=100')) as {
    data: readonly { readonly id: string }[]
  }
  const receipts = await Promise.all(
    data.map(async ({ id }) => jsonOf(await get(gateway, `/v1/requests/${id}`)) as unknown),
  )
  expect(receipts.filter((each) => (each as Receipt).request.prompt === prompt)).toHaveLength(1)
}

describe.each(databaseKinds())('on %s', (kind) => {
  let stand: CrashStand
  let gateway: Stand
  let picture: Uint8Array
  beforeAll(async () => {
    // Nobody dies here: how long a call takes does not matter.
    stand = await startCrashStand(kind, '50')
    gateway = await stand.start()
    picture = await makePng(SQUARE)
  })
  afterAll(() => stand.clear())

  const wantedOf = (prompt: string, operation: (typeof operations)[number]): Wanted =>
    operation === 'an edit' ? { prompt, picture } : { prompt }

  describe.concurrent('an answer that is lost on its way', () => {
    test.each(casesOfLoss)(
      '$loss, of $operation by $name: paid once, and the same picture comes',
      async ({ name, client, operation, loss }) => {
        const proxy = await startLosingProxy(async () => gateway.url, loss)
        const prompt = `lost: ${operation} ${loss} by ${name}`
        const got = await client(proxy.url, gateway.key, wantedOf(prompt, operation))
        await expectPaidOnce(gateway, prompt, got)
        await proxy.close()
      },
    )
  })

  test('a failure that cost money is paid once, however often it is sent again', async () => {
    const sent = await stand.callsSent()
    const ends = await Promise.allSettled(
      cases.map(({ name, client, operation }) => {
        const prompt = `sandbox:gateway-timeout-billed ${operation} by ${name}`
        const wanted = { ...wantedOf(prompt, operation), model: 'openai/gpt-image-2' }
        return client(gateway.url, gateway.key, wanted)
      }),
    )
    const failed = {
      status: 'rejected',
      reason: { message: expect.stringMatching(/No offer gave/) },
    }
    expect(ends).toMatchObject(cases.map(() => failed))
    expect(await stand.callsSent()).toBe(sent + cases.length)
  })

  test('the AI SDK splits two into siblings: two pictures, both paid', async () => {
    const sent = await stand.callsSent()
    const { images } = await generateImage({
      model: createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key }).image(MODEL),
      prompt: 'siblings',
      n: 2,
      size: '1024x1024',
    })
    expect(new Set(images.map(({ base64 }) => base64)).size).toBe(2)
    expect(await stand.callsSent()).toBe(sent + 2)
  })
})

test.each(databaseKinds())(
  'a gateway on %s that is killed: the next one gives all',
  async (kind) => {
    const stand = await startCrashStand(kind)
    const first = await stand.start()
    let origin = Promise.resolve(first.url)
    const proxy = await startLosingProxy(() => origin)
    const picture = await makePng(SQUARE)
    const asked = cases.map(({ name, client, operation }) => {
      const prompt = `${operation} in a crash, by ${name}`
      const wanted = operation === 'an edit' ? { prompt, picture } : { prompt }
      const got = client(proxy.url, first.key, wanted)
      got.catch(() => undefined)
      return { prompt, got }
    })
    for (const { prompt } of asked) {
      await receiptWhen(first, prompt, ({ attempts }) => attempts[0]?.status === 'submitted')
    }
    const started = Promise.withResolvers<string>()
    origin = started.promise
    await first.stop('SIGKILL')
    const second = await stand.start()
    started.resolve(second.url)
    for (const { prompt, got } of asked) await expectPaidOnce(second, prompt, await got)
    expect(await stand.callsSent()).toBe(cases.length)
    expect(await stand.bill()).toHaveLength(cases.length)
    await proxy.close()
    await stand.clear()
  },
)

const shared = databaseKinds().filter((kind) => kind === 'PostgreSQL')

test.each(shared)(
  'of two gateways on %s the one that lives gives what the other owes',
  async (kind) => {
    const stand = await startCrashStand(kind)
    const [doomed, survivor] = await Promise.all([stand.start(), stand.start(await makeHome())])
    let origin = Promise.resolve(doomed.url)
    const proxy = await startLosingProxy(() => origin)
    const prompt = 'a crash of one of two'
    const asked = viaOpenAI(proxy.url, doomed.key, { prompt })
    asked.catch(() => undefined)
    await receiptWhen(survivor, prompt, ({ attempts }) => attempts[0]?.status === 'submitted')
    origin = Promise.resolve(survivor.url)
    await doomed.stop('SIGKILL')
    await expectPaidOnce(survivor, prompt, await asked)
    expect(await stand.callsSent()).toBe(1)
    await proxy.close()
    await stand.clear()
  },
)
