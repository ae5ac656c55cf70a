import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRawServer } from '../../src/testing/loopback-server.ts'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, makeHome, runProgram, source, startProgram, startStand } from './stand.ts'

/** An address that others can reach, were they let in. */
const OPEN = '0.0.0.0'
const ADMIN_KEY = 'sk-admin-of-these-tests'

/** Runs a command that must end by itself; a home of its own, and never a secret or a stack. */
async function run(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  config?: string,
) {
  const home = await makeHome()
  if (config !== undefined) await writeFile(join(home, 'keeprate.yaml'), config)
  const ended = await runProgram(words, {
    KEEPRATE_HOME: home,
    KEEPRATE_PORT: '0',
    KEEPRATE_LOG_LEVEL: 'warn',
    ...environment,
  })
  await rm(home, { recursive: true, force: true })
  expect(ended.output + ended.errors).not.toMatch(/secret-canary|\n {4}at |node:internal/)
  return ended
}

test('the source starts as it stands, and ends in good order', async () => {
  const home = await makeHome()
  const environment = { KEEPRATE_HOME: home, KEEPRATE_PORT: '0', KEEPRATE_LOG_LEVEL: 'warn' }
  const running = await startProgram(['serve'], environment, source)
  expect((await exchange(String(running.ready.url), { path: '/readyz' })).status).toBe(200)
  expect(await running.stop()).toBe(0)
  await rm(home, { recursive: true, force: true })
})

describe('an open address', () => {
  test.each([OPEN, 'gateway.example'])('without a key is refused: %s', async (host) => {
    const { code, errors } = await run(['serve'], { KEEPRATE_HOST: host })
    expect(code).toBe(2)
    expect(errors).toContain(host)
    expect(errors).toMatch(/keeprate keys create|KEEPRATE_ADMIN_KEY/)
  })

  test('given as a flag or in the file is refused alike', async () => {
    expect((await run(['serve', '--host', OPEN])).code).toBe(2)
    const file = await run(['serve'], {}, `server: { host: "${OPEN}" }\n`)
    expect(file.code).toBe(2)
  })

  test('with an admin key is served, and the key of the sandbox is worth nothing', async () => {
    const stand = await startStand({
      environment: { KEEPRATE_HOST: OPEN, KEEPRATE_ADMIN_KEY: ADMIN_KEY },
    })
    try {
      const { url } = stand
      // Every address is one to listen on, none to call.
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
      const statusOf = async (path: string, key?: string): Promise<number> => {
        const headers: Record<string, string> =
          key === undefined ? {} : { authorization: `Bearer ${key}` }
        return (await exchange(url, { path, headers })).status
      }
      expect(stand.ready.key).toBeUndefined()
      expect(await statusOf('/v1/models', ADMIN_KEY)).toBe(200)
      expect(await statusOf('/v1/models', 'sk-keeprate-sandbox')).toBe(401)
      expect(await statusOf('/metrics')).toBe(401)
      expect(await statusOf('/metrics', ADMIN_KEY)).toBe(200)
      expect(await statusOf('/livez')).toBe(200)
    } finally {
      await clearStand(stand)
    }
  })

  test('with a key in the database is served, and no longer once it is revoked', async () => {
    const home = await makeHome()
    const environment = { KEEPRATE_HOME: home, KEEPRATE_HOST: OPEN }
    const made = await runProgram(['keys', 'create', 'team', '--json'], environment)
    const { id } = JSON.parse(made.output) as { readonly id: string }
    const stand = await startStand({ home, environment: { KEEPRATE_HOST: OPEN } })
    await stand.stop()
    const revoked = await runProgram(['keys', 'revoke', id], environment)
    expect(revoked.code).toBe(0)
    const refused = await runProgram(['serve'], { ...environment, KEEPRATE_PORT: '0' })
    expect(refused.code).toBe(2)
    await clearStand(stand)
  })
})

describe('a file with a mistake is refused, with line and column:', () => {
  const places = (errors: string): readonly string[] =>
    [...errors.matchAll(/keeprate\.yaml:(\d+:\d+): /g)].map(([, place]) => place ?? '')

  test.each([
    ['broken YAML', 'server:\n  host: [1\n', '3:1'],
    ['a member given twice', 'log_level: warn\nlog_level: info\n', '2:1'],
    ['a list', '- a\n', '1:1'],
  ])('%s', async (_, config, place) => {
    const { code, errors } = await run(['config', 'check'], {}, config)
    expect([code, places(errors)]).toEqual([2, [place]])
  })

  const mistakes = [
    ['server:'],
    ['  hots: x', '2:3'],
    ['  port: many', '3:9'],
    ['log_level: loud', '4:12'],
    ['providers:'],
    ['  opnai: { api_key: x }', '6:3'],
    ['  openai:'],
    ['    key: x', '8:5'],
    [`    api_key: $\{NO_KEY}`, '9:14'],
    ['    base_url: nowhere', '10:15'],
    ['  gpu1: { kind: comfi }', '11:17'],
    ['cache: { ttl: soon }', '12:15'],
    ['limits: { plan_steps: 0 }', '13:23'],
  ] as const
  const config = mistakes.map(([line]) => `${line}\n`).join('')
  const expected = mistakes.flatMap(([, place]) => (place === undefined ? [] : [place]))

  test.each([['config check'], ['serve']])('every one of many, by %s', async (command) => {
    const { code, errors } = await run(command.split(' '), {}, config)
    expect(code).toBe(2)
    expect(places(errors)).toEqual(expect.arrayContaining(expected))
  })

  test('as JSON too', async () => {
    const { code, output } = await run(['config', 'check', '--json'], {}, config)
    expect(code).toBe(2)
    const { error } = JSON.parse(output) as { readonly error: { readonly problems: string[] } }
    expect(places(error.problems.join('\n'))).toEqual(expect.arrayContaining(expected))
  })
})

describe('a wrong variable is refused by its name:', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    [
      'every one of many',
      {
        KEEPRATE_PORT: 'many',
        KEEPRATE_LOG_LEVEL: 'loud',
        KEEPRATE_SANDBOX_SPEED: '0',
        KEEPRATE_CACHE_TTL: 'soon',
        KEEPRATE_BODY_EXTENSION: 'maybe',
        KEEPRATE_ADMIN_KEY: 'secret-canary',
        KEEPRATE_BYTES_IN_FLIGHT: '1',
        KEEPRATE_PLAN_STEPS: '0',
        KEEPRATE_PUBLIC_URL: 'no address',
        KEEPRATE_DATABASE_URL: 'mysql://user:secret-canary@127.0.0.1/x',
        OPENAI_BASE_URL: 'file:///etc/passwd',
      },
    ],
    ['a port beyond all', { KEEPRATE_PORT: '70000', KEEPRATE_ADMIN_KEY_FILE: '/nowhere/secret' }],
  ])('%s', async (_, wrong) => {
    const { code, errors } = await run(['serve'], { OPENAI_API_KEY: 'secret-canary', ...wrong })
    expect(code).toBe(2)
    for (const name of Object.keys(wrong)) expect(errors).toContain(name)
  })

  test.each([
    ['KEEPRATE_SANDBOX', 'nobody'],
    ['KEEPRATE_CONFIG', 'nowhere.yaml'],
  ])('%s=%s, told by its value', async (name, value) => {
    const { code, errors } = await run(['serve'], { [name]: value })
    expect([code, errors]).toEqual([2, expect.stringContaining(value)])
  })

  test('one that is empty counts as not set', async () => {
    const { code } = await run(['config', 'check'], { KEEPRATE_PORT: '', KEEPRATE_CONFIG: '' })
    expect(code).toBe(0)
  })
})

test('a port that is taken is a failure with a reason', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { readonly port: number }
  try {
    const { code, errors } = await run(['serve'], { KEEPRATE_PORT: String(port) })
    expect(code).toBe(1)
    expect(errors).toMatch(/EADDRINUSE|in use/)
  } finally {
    taken.close()
  }
})

describe('a provider on a private address', () => {
  let canary: Awaited<ReturnType<typeof startRawServer>>
  beforeAll(async () => {
    canary = await startRawServer((socket) => socket.destroy())
  })
  afterAll(() => canary.close())

  test.each([
    ['without permission is never reached', '', 0],
    ['is reached with permission', ', allow_private: true', 1],
  ])('%s', async (_, permission, connections) => {
    const before = canary.connections()
    const address = `base_url: "${canary.origin}", api_key: secret-canary`
    const stand = await startStand({
      config: `providers:\n  openai: { ${address}${permission} }\n`,
      environment: { KEEPRATE_ADMIN_KEY: ADMIN_KEY },
    })
    try {
      const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }
      const body = '{"prompt":"a cup","model":"gpt-image-2"}'
      const path = '/v1/images/generations'
      const answer = await exchange(stand.url, { method: 'POST', path, headers, body })
      expect(answer.status).toBe(503)
      expect(answer.body.toString('utf8')).not.toContain('secret-canary')
      expect(canary.connections() - before).toBe(connections)
      expect(jsonOf(answer)).toMatchObject({ error: { code: 'no_provider_available' } })
    } finally {
      await clearStand(stand)
    }
  })
})

describe('an own server', () => {
  const entry = (members: string): string =>
    `providers:\n  gpu1: { kind: a1111, url: "http://127.0.0.1:9", ${members} }\n`

  test('is a real provider: nothing is emulated beside it, and it needs no key', async () => {
    const stand = await startStand({
      config: entry('allow_private: true, hourly_cost: 0.80'),
      environment: { KEEPRATE_ADMIN_KEY: ADMIN_KEY },
    })
    try {
      expect(stand.ready).toMatchObject({ sandbox: [], providers: ['gpu1'] })
      const headers = { authorization: `Bearer ${ADMIN_KEY}` }
      const listed = jsonOf(await exchange(stand.url, { path: '/v1/models', headers }))
      expect(JSON.stringify(listed.data)).toContain('gpu1/loaded')
    } finally {
      await clearStand(stand)
    }
  })

  test.each([
    [
      'without permission for a private address',
      'hourly_cost: 0.80',
      '2:29',
      'allow_private: true',
    ],
    ['without a price', 'allow_private: true', '2:9', 'hourly_cost: is missing'],
    [
      'with a model that is none',
      'allow_private: true, hourly_cost: 1, settings: { models: [{ id: "No" }] }',
      '2:115',
      'settings.models.0.id: not a model name',
    ],
  ])('%s is refused with line and column', async (_, members, place, words) => {
    const { code, errors } = await run(['config', 'check'], {}, entry(members))
    expect([code, errors]).toEqual([2, expect.stringContaining(words)])
    expect(errors).toContain(`keeprate.yaml:${place}: `)
  })
})

test('links in answers and errors begin with the public address behind a proxy', async () => {
  const publicUrl = 'https://images.example/gateway'
  const stand = await startStand({ environment: { KEEPRATE_PUBLIC_URL: `${publicUrl}/` } })
  try {
    const headers = { authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' }
    const body = '{"prompt":"a cup","model":"gpt-image-1-mini","response_format":"url"}'
    const path = '/v1/images/generations'
    const made = jsonOf(await exchange(stand.url, { method: 'POST', path, headers, body }))
    const [{ url }] = made.data as [{ readonly url: string }]
    expect(url.startsWith(`${publicUrl}/v1/images/img_`)).toBe(true)
    const { error } = jsonOf(await exchange(stand.url, { path: '/nowhere' }))
    expect(error).toMatchObject({ doc_url: `${publicUrl}/docs/errors#not_found` })
  } finally {
    await clearStand(stand)
  }
})
