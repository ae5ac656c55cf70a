import { once } from 'node:events'
import { type IncomingMessage, request as sendRequest } from 'node:http'
import { describe, expect, type TestContext, test } from 'vitest'
import { nanoFromDollars, sumNano } from '../../src/core/money.ts'
import { checkStructure } from '../../src/core/quality/image-header.ts'
import {
  type CrashStand,
  costOf,
  generate,
  get,
  REPORTING,
  type Receipt,
  receiptWhen,
  startCrashStand,
} from './crash-stand.ts'
import { jsonOf } from './exchange.ts'
import { freePort } from './free-port.ts'
import { databaseKinds, makeHome, type Stand, until } from './stand.ts'

const polled = { model: 'flux-2-max', prompt: 'a boat, polled', size: '1024x1024' }
/** The provider works and bills, and its answer never comes. */
const silent = {
  model: 'gpt-image-2',
  prompt: 'a boat sandbox:hang',
  size: '1024x1024',
  quality: 'low',
}
/** The same at a provider that reports the end of its jobs. */
const unanswered = { model: `${REPORTING}/ideogram-3.0`, prompt: 'a kayak sandbox:hang' }
/** So many bytes that they cannot all be on their way while nobody reads. */
const large = { ...silent, prompt: 'ten boats', size: '1536x1024', n: 10 }

const isSubmitted = ({ attempts }: Receipt) => attempts[0]?.status === 'submitted'
const isOver = ({ status }: Receipt) => status !== 'running'

/** Starts a stand for one of the tests that run side by side, cleared when that has ended. */
async function open(
  kind: Parameters<typeof startCrashStand>[0],
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  speed?: string,
): Promise<CrashStand> {
  const stand = await startCrashStand(kind, speed)
  onTestFinished(() => stand.clear())
  return stand
}

/** Asks, and reads no more than the beginning of the answer. */
async function readSlowly(gateway: Stand, body: object): Promise<IncomingMessage> {
  const sent = sendRequest(`${gateway.url}/v1/images/generations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
  })
  sent.end(JSON.stringify(body))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  await once(answer, 'readable')
  answer.read(1_000)
  return answer
}

/** Every picture of a receipt can be fetched, whole. */
async function expectPictures(gateway: Stand, receipt: Receipt, count: number): Promise<void> {
  expect(receipt.images.map(({ status }) => status)).toEqual(Array(count).fill('published'))
  for (const { id } of receipt.images) {
    const { status, body } = await get(gateway, `/v1/images/${id}/content`)
    expect(status).toBe(200)
    expect(checkStructure(body)).toMatchObject({ ok: true })
  }
}

/** A receipt that a crash has left no gap in. */
function expectComplete(receipt: Receipt): void {
  expect(receipt.ended_at).toBeDefined()
  expect(receipt.list_cost).toBeDefined()
  expect(receipt.explain.offers.length).toBeGreaterThan(0)
  for (const attempt of receipt.attempts) {
    expect(attempt).toMatchObject({ status: 'settled', outcome: expect.any(String) })
    expect(attempt.charge?.length).toBeGreaterThan(0)
  }
  expect(nanoFromDollars(receipt.cost)).toBe(costOf(receipt))
}

/** A promise that nobody waits for any more: its connection dies with the gateway. */
const abandoned = (work: Promise<unknown>): void => {
  work.catch(() => undefined)
}

describe.concurrent.each(databaseKinds())('a gateway on %s that is killed', (kind) => {
  test('in a poll, in a call and in an answer: paid once, nothing lost', async (context) => {
    const stand = await open(kind, context)
    const first = await stand.start()
    const reading = await readSlowly(first, large)
    abandoned(generate(first, silent))
    await receiptWhen(first, silent.prompt, ({ attempts }) => attempts[0]?.status === 'submitting')
    await until(async () => ((await stand.bill()).length === 2 ? true : undefined))
    abandoned(generate(first, polled))
    await receiptWhen(first, polled.prompt, isSubmitted)
    const sent = await stand.callsSent()
    const broken = once(reading, 'error')
    await first.stop('SIGKILL')
    reading.resume()
    await broken

    const second = await stand.start()
    const poll = await receiptWhen(second, polled.prompt, isOver)
    expect(poll.status).toBe('completed')
    expectComplete(poll)
    await expectPictures(second, poll, 1)

    const call = await receiptWhen(second, silent.prompt, isOver)
    expect(call).toMatchObject({ status: 'failed', error: { code: 'no_provider_available' } })
    expect(call.attempts).toMatchObject([{ outcome: 'timeout_unknown', cost_basis: 'suspected' }])
    expectComplete(call)

    const answer = await receiptWhen(second, large.prompt, isOver)
    expect(answer.status).toBe('completed')
    expectComplete(answer)
    await expectPictures(second, answer, 10)

    expect(await stand.callsSent()).toBe(sent)
    const bill = await stand.bill()
    expect(bill.map(({ provider }) => provider).toSorted()).toEqual(['bfl', 'openai', 'openai'])
    const billedNano = sumNano(bill.map(({ dollars }) => nanoFromDollars(dollars)))
    const books = await stand.books()
    expect(books).toMatchObject({ findings: [], heldNano: 0n })
    expect(books.spentNano).toBe(sumNano([poll, call, answer].map(costOf)))
    // What nobody was told is suspected at the book's price; the rest is known exactly.
    expect(sumNano([poll, answer].map(costOf))).toBe(
      billedNano - nanoFromDollars(bill[1]?.dollars ?? '0'),
    )
    expect(await second.stop()).toBe(0)
  })

  test('before an answer to a submit: its webhook brings the job back', async (context) => {
    // At the provider's own pace a gateway comes back before the job has ended.
    const stand = await open(kind, context, '1')
    const port = String(await freePort())
    const reported = {
      KEEPRATE_PORT: port,
      KEEPRATE_PUBLIC_URL: `http://127.0.0.1:${port}`,
    }
    const first = await stand.start(undefined, reported)
    abandoned(generate(first, unanswered))
    await until(async () => ((await stand.bill()).length === 1 ? true : undefined))
    const before = await receiptWhen(first, unanswered.prompt, () => true)
    expect(before.attempts).toMatchObject([{ status: 'submitting' }])
    await first.stop('SIGKILL')

    const second = await stand.start(undefined, reported)
    const receipt = await receiptWhen(second, unanswered.prompt, isOver)
    expect(receipt.status).toBe('completed')
    expect(receipt.attempts).toMatchObject([{ outcome: 'produced', cost_basis: 'book' }])
    expectComplete(receipt)
    await expectPictures(second, receipt, 1)
    const [billed, ...more] = await stand.bill()
    expect(more).toEqual([])
    expect(await stand.callsSent()).toBe(1)
    const spentNano = nanoFromDollars(billed?.dollars ?? '0')
    expect(await stand.books()).toEqual({ findings: [], heldNano: 0n, spentNano })
    expect(await second.stop()).toBe(0)
  })

  test('or ended in good order: what runs is answered first', async (context) => {
    const stand = await open(kind, context)
    const gateway = await stand.start()
    const asked = generate(gateway, polled)
    await receiptWhen(gateway, polled.prompt, isSubmitted)
    expect((await get(gateway, '/readyz')).status).toBe(200)
    const exited = gateway.stop('SIGTERM')
    const notReady = await until(async () => {
      const answer = await get(gateway, '/readyz')
      return answer.status === 200 ? undefined : answer
    })
    expect(notReady.status).toBe(503)
    expect(jsonOf(notReady)).toMatchObject({ problem: 'shutting down' })
    const refused = await generate(gateway, { ...polled, prompt: 'too late' })
    expect(jsonOf(refused).error).toMatchObject({ code: 'overloaded' })
    const answer = await asked
    expect(answer.status).toBe(200)
    expect((jsonOf(answer).data as readonly unknown[]).length).toBe(1)
    expect(await exited).toBe(0)
    expect(await stand.books()).toMatchObject({ findings: [], heldNano: 0n })
    expect(await stand.bill()).toHaveLength(1)
  })
})

const shared = databaseKinds().filter((kind) => kind === 'PostgreSQL')

describe.concurrent.each(shared)('two gateways on one %s', (kind) => {
  test('the one that lives takes over the work of the one that died, once', async (context) => {
    const stand = await open(kind, context)
    const [doomed, survivor] = await Promise.all([stand.start(), stand.start(await makeHome())])
    const prompts = ['one boat', 'two boats', 'three boats']
    for (const prompt of prompts) abandoned(generate(doomed, { ...polled, prompt }))
    const own = generate(survivor, { ...polled, prompt: 'a boat of its own' })
    for (const prompt of prompts) await receiptWhen(survivor, prompt, isSubmitted)
    await doomed.stop('SIGKILL')
    expect((await own).status).toBe(200)
    const receipts: Receipt[] = []
    for (const prompt of prompts) receipts.push(await receiptWhen(survivor, prompt, isOver))
    for (const receipt of receipts) {
      expect(receipt.status).toBe('completed')
      expectComplete(receipt)
      await expectPictures(survivor, receipt, 1)
    }
    const bill = await stand.bill()
    expect(bill).toHaveLength(4)
    expect(await stand.callsSent()).toBe(4)
    const books = await stand.books()
    expect(books).toMatchObject({ findings: [], heldNano: 0n })
    expect(books.spentNano).toBe(sumNano(bill.map(({ dollars }) => nanoFromDollars(dollars))))
    expect(await survivor.stop()).toBe(0)
  })
})
