import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, makeCommands } from './commands.ts'
import { exchange, jsonOf } from './exchange.ts'
import { makeHome, runProgram, type Stand, startProgram, startStand, until } from './stand.ts'

let commands: Commands
beforeAll(async () => {
  commands = await makeCommands()
})
afterAll(() => commands.clear())

describe.concurrent('what there is and what it costs', () => {
  test('models', async () => {
    const models = await commands.json<readonly { offer: string; simulated: boolean }[]>(
      0,
      'models',
    )
    expect(models.map(({ offer }) => offer)).toContain('openai/gpt-image-2')
    expect(models.every(({ simulated }) => simulated)).toBe(true)
    expect((await commands.text(0, 'models')).trim().split('\n')).toHaveLength(models.length + 1)
  })

  test('price list', async () => {
    interface Prices {
      readonly version: string
      readonly rows: readonly { offer: string; source: { url: string; read_at: string } }[]
    }
    const today = await commands.json<Prices>(0, 'price', 'list')
    const all = await commands.json<Prices>(0, 'price', 'list', '--all')
    expect(all.rows).toEqual(expect.arrayContaining([...today.rows]))
    expect(all.version).toBe(today.version)
    for (const { source } of today.rows) {
      expect(source.url).toMatch(/^https:/)
      expect(source.read_at).toMatch(/^\d{4}-\d\d-\d\d$/)
    }
    const lines = (await commands.text(0, 'price', 'list')).trim().split('\n')
    expect(lines).toHaveLength(today.rows.length + 1)
  })
})

describe.concurrent('keys', () => {
  interface Key {
    readonly id: string
    readonly name: string
    readonly secret?: string
    readonly key: string
    readonly revoked_at: string | null
  }

  test('are created, shown once, listed without their secret, and revoked', async () => {
    const made = await commands.json<Key>(
      0,
      'keys',
      'create',
      'web shop',
      '--scopes',
      'images:write',
    )
    expect(made.secret).toMatch(/^sk-keeprate-\w{40}$/)
    const secret = (await commands.text(0, 'keys', 'create', 'second')).trim()
    expect(secret).toMatch(/^sk-keeprate-\w{40}$/)
    const listed = await commands.run('keys', 'list', '--json')
    const keys = JSON.parse(listed.output) as readonly Key[]
    const names = keys.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['second', 'web shop']))
    const shown = `${listed.output}${await commands.text(0, 'keys', 'list')}`
    expect(shown).not.toContain(made.secret)
    expect(shown).not.toContain(secret)
    expect(shown).toContain(made.key)
    expect(await commands.json(0, 'keys', 'revoke', made.id)).toEqual({
      id: made.id,
      revoked: true,
    })
    for (const id of [made.id, 'key_nobody']) {
      expect(await commands.json(2, 'keys', 'revoke', id)).toMatchObject({
        error: { code: 'not_found', message: `There is no active key ${id}.` },
      })
    }
  })

  test('of an unknown scope are wrong usage', async () => {
    const words = ['keys', 'create', 'x', '--scopes', 'everything']
    const { error } = await commands.json<{ error: { message: string } }>(2, ...words)
    expect(error.message).toContain('everything is no scope')
    // What the parser refuses is JSON as well.
    expect(await commands.json(2, 'keys', 'create', 'x', '--scope', 'admin')).toEqual({
      error: { code: 'usage', message: expect.stringContaining("unknown option '--scope'") },
    })
  })

  test('names cannot steer a terminal', async () => {
    await commands.text(0, 'keys', 'create', '\u001b[31mred\u001b[0m \u009b2Jgone\u0007')
    const plain = await commands.run('keys', 'list')
    const asJson = await commands.run('keys', 'list', '--json')
    for (const { output } of [plain, asJson]) {
      expect(output).toContain('red')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is the claim
      expect(output).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    }
    const names = (JSON.parse(asJson.output) as readonly Key[]).map(({ name }) => name)
    expect(names).toContain('\u001b[31mred\u001b[0m \u009b2Jgone\u0007')
  })

  test('a revoked one stops working on a running server within a second', async () => {
    const stand: Stand = await startStand({ home: await makeHome() })
    const settings = { KEEPRATE_HOME: stand.home }
    const created = await runProgram(['keys', 'create', 'guest', '--json'], settings)
    const { id, secret } = JSON.parse(created.output) as { id: string; secret: string }
    const ask = async () => {
      const headers = { authorization: `Bearer ${secret}` }
      return (await exchange(stand.url, { path: '/v1/models', headers })).status
    }
    expect(await ask()).toBe(200)
    const revoked = await runProgram(['keys', 'revoke', id, '--json'], settings)
    expect(revoked.code).toBe(0)
    const revokedMs = performance.now()
    let lastGoodMs = revokedMs
    const status = await until(async () => {
      const askedMs = performance.now()
      const answer = await ask()
      if (answer === 200) lastGoodMs = askedMs
      return answer === 200 ? undefined : answer
    })
    expect(lastGoodMs - revokedMs).toBeLessThan(1_000)
    expect(status).toBe(401)
    await stand.stop()
    await rm(stand.home, { recursive: true, force: true })
  })
})

describe.concurrent('doctor', () => {
  interface Finding {
    readonly what: string
    readonly state: string
    readonly detail: string
  }
  const stateOf = (findings: readonly Finding[], what: string) =>
    findings.find((finding) => finding.what === what)?.state

  test('finds a sandbox in good health', async () => {
    const findings = await commands.json<readonly Finding[]>(0, 'doctor')
    expect(stateOf(findings, 'ledger')).toBe('ok')
    expect(stateOf(findings, 'openai (sandbox)')).toBe('ok')
    expect(stateOf(findings, 'sandbox')).toBe('warning')
    expect(await commands.text(0, 'doctor')).toMatch(/^✓ ledger {2}balances$/m)
  })

  test('ends with 1 when a provider refuses the key, which it does not print', async () => {
    const sandbox = await startProgram(['sandbox', '--port', '0'], { KEEPRATE_HOME: commands.home })
    const { openai } = sandbox.ready.base_urls as Record<string, string>
    const config = join(commands.home, 'refused.yaml')
    const key = 'invalid-key-of-somebody'
    const provider = `{ base_url: "${openai}", allow_private: true, api_key: "${key}" }`
    await writeFile(config, `providers:\n  openai: ${provider}\n`)
    const ended = await commands.run('doctor', '--json', '--config', config)
    expect(ended.code).toBe(1)
    expect(stateOf(JSON.parse(ended.output) as readonly Finding[], 'openai')).toBe('failed')
    expect(`${ended.output}${ended.errors}`).not.toContain(key)
    expect(await sandbox.stop()).toBe(0)
  })
})

describe.concurrent('config', () => {
  const secrets = {
    OPENAI_API_KEY: 'sk-openai-aaaaaaaaaaaaaaaa-1111',
    BFL_API_KEY: 'tiny',
    KEEPRATE_ADMIN_KEY: 'admin-bbbbbbbbbbbbbbbb-2222',
    KEEPRATE_DATABASE_URL: 'postgres://keeprate:cccccccccccc@127.0.0.1:5/keeprate',
    STABILITY_API_KEY: 'sk-stability-dddddddddddd-4444',
    STABILITY_BASE_URL: 'https://user:eeeeeeeeeeee@stability.example',
  }
  const parts = [/a{16}/, /"tiny"| tiny$|…tiny/m, /b{16}/, /c{12}/, /d{12}/, /e{12}/]

  test.each([[[]], [['--json']], [['--origin']], [['--origin', '--json']]])(
    'show %j prints no secret',
    async (options) => {
      const { code, output, errors } = await commands.runWith(secrets, 'config', 'show', ...options)
      expect(code, errors).toBe(0)
      expect(output).toContain('providers.openai.api_key')
      expect(output).toContain('1111')
      for (const part of parts) expect(`${output}${errors}`).not.toMatch(part)
    },
  )

  test('show --origin says where each value came from', async () => {
    const config = join(commands.home, 'origins.yaml')
    await writeFile(config, 'server:\n  port: 5000\nbaseline: flux-2-pro\n')
    const words = [
      'config',
      'show',
      '--origin',
      '--json',
      '--config',
      config,
      '--log-level',
      'warn',
    ]
    const { output } = await commands.runWith({ KEEPRATE_BASELINE: 'gpt-image-2' }, ...words)
    const shown = JSON.parse(output) as readonly { name: string; origin: string; source?: string }[]
    const origin = (name: string) => shown.find((setting) => setting.name === name)
    expect(origin('server.port')).toMatchObject({ origin: 'file', source: config })
    expect(origin('baseline')).toMatchObject({
      origin: 'environment',
      source: 'KEEPRATE_BASELINE',
    })
    expect(origin('log_level')).toMatchObject({ origin: 'flag', value: 'warn' })
    expect(origin('cache.ttl')).toMatchObject({ origin: 'default' })
  })

  test('check passes what is right, and names line and column of what is not', async () => {
    const config = join(commands.home, 'checked.yaml')
    await writeFile(config, 'server:\n  port: 5000\n')
    expect(await commands.json(0, 'config', 'check', '--config', config)).toMatchObject({
      ok: true,
    })
    expect(await commands.text(0, 'config', 'check', '--config', config)).toBe(`ok  ${config}\n`)
    await writeFile(config, 'server:\n  port: high\nsevrer: {}\n')
    const { error } = await commands.json<{ error: { problems: readonly string[] } }>(
      2,
      'config',
      'check',
      '--config',
      config,
    )
    expect(error.problems).toHaveLength(2)
    expect(error.problems.every((problem) => /checked\.yaml:\d+:\d+/.test(problem))).toBe(true)
    const plain = await commands.run('config', 'check', '--config', config)
    expect(plain).toMatchObject({ code: 2, output: '' })
  })
})

describe.concurrent('the program', () => {
  test.each<[number, readonly string[]]>([
    [0, ['--version']],
    [0, ['--help']],
    [0, ['generate', '--help']],
    [2, ['--no-such-option']],
    [2, ['no-such-command']],
    [2, ['generate']],
    [2, ['generate', 'a cup', '--out', '/dev/null/cup.png']],
    [2, ['edit', 'without a picture']],
    [2, ['models', '--config', 'nowhere.yaml']],
    [2, ['models', '--log-level', 'loud']],
  ])('ends with %i for %j', async (code, words) => {
    const ended = await commands.run(...words)
    expect(ended.code, ended.errors).toBe(code)
    if (code === 2) expect(ended.output).toBe('')
  })

  test('says where it found no gateway, and how to name another', async () => {
    const ended = await commands.run('trigger', 'image.accepted', '--url', 'http://127.0.0.1:9')
    expect(ended).toMatchObject({ code: 1, output: '' })
    expect(ended.errors).toMatch(/No gateway answers at http:\/\/127\.0\.0\.1:9 .*--url/)
  })

  test('with a database that cannot be opened ends with 1 and without a stack', async () => {
    const words = ['models', '--database-url', 'postgres://nobody:secret-word@127.0.0.1:9/none']
    const ended = await commands.run(...words)
    expect(ended.code).toBe(1)
    expect(ended.errors).not.toMatch(/secret-word|\n\s+at /)
  })
})

test('sandbox runs the emulated providers alone and ends in good order', async () => {
  const sandbox = await startProgram(['sandbox', '--port', '0'], { KEEPRATE_HOME: commands.home })
  const { origin, base_urls } = sandbox.ready as { origin: string; base_urls: object }
  expect(Object.keys(base_urls)).toContain('bfl')
  const health = jsonOf(await exchange(origin, { path: '/__sandbox/health' }))
  expect(health).toMatchObject({ status: 'ok' })
  expect(await sandbox.stop()).toBe(0)
})
