import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../tools/run.ts'
import { describe as describePicture } from './pictures.ts'
import { root, startProgram } from './stand.ts'

const compiler = join(root, 'node_modules/typescript/bin/tsc')

/** Where the packed product was installed, as in somebody's project. */
let project: string
let manifest: { readonly version: string; readonly devDependencies: Record<string, string> }

/** npm as a user has it, and Node.js as the tests run on it. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_registry)|INIT_CWD)/.test(name),
    ),
  ),
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  KEEPRATE_SANDBOX_SPEED: '2000',
}

/** Runs a program in the project; its output, when all went well. */
async function inProject(command: string, ...words: readonly string[]): Promise<string> {
  const { exitCode, output } = await run(command, words, { cwd: project, environment })
  expect(exitCode, output).toBe(0)
  return output
}

beforeAll(async () => {
  manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  project = await mkdtemp(join(tmpdir(), 'keeprate-package-'))
  const packed = await run('npm', ['pack', '--pack-destination', project], {
    cwd: root,
    environment,
  })
  expect(packed.exitCode, packed.output).toBe(0)
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  const types = `@types/node@${manifest.devDependencies['@types/node']}`
  const tarball = `./keeprate-${manifest.version}.tgz`
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund']
  await inProject('npm', 'install', ...quietly, tarball, types)
})
afterAll(() => rm(project, { recursive: true, force: true }))

/** A program as a user writes it, run by Node.js and read by the compiler. */
const script = `import { createGateway, GatewayError, type Result } from 'keeprate'
import { dollarsFromNano, kinds } from 'keeprate/pricing'
import openai from 'keeprate/providers/openai'

const gateway = await createGateway({ home: './own', sandbox: 'all', sandboxSpeed: 2_000 })
const result: Result = await gateway.generate({ prompt: 'a kite', model: 'auto', n: 2 })
for (const [index, image] of result.images.entries()) await image.save(\`kite-\${index}.png\`)
const refused: unknown = await gateway
  .generate({ prompt: 'a dragon', maxCost: '0.000001' })
  .catch((error: unknown) => error)
await gateway.close()
const code = GatewayError.isInstance(refused) ? refused.code : 'none'
console.log([result.isSimulated, dollarsFromNano(10n), kinds.length > 9, openai.id, code].join(' '))
`

test('the command says its version', async () => {
  const output = await inProject('npx', '--no-install', 'keeprate', '--version')
  expect(output.trim().split('\n').at(-1)).toBe(manifest.version)
})

test('the command makes a picture', async () => {
  const words = ['keeprate', 'generate', 'a paper boat', '--out', 'boat.png', '--json']
  await inProject('npx', '--no-install', ...words)
  const picture = await readFile(join(project, 'boat.png'))
  expect(await describePicture(picture)).toMatchObject({ format: 'png' })
})

test('the server answers OpenAI’s client, and ends in good order', async () => {
  const home = join(project, 'served')
  const file = join(project, 'node_modules/keeprate/dist/cli/main.js')
  const settings = { KEEPRATE_PORT: '0', KEEPRATE_SANDBOX_SPEED: '2000' }
  const options = ['serve', '--home', home]
  const server = await startProgram(options, { ...settings, KEEPRATE_HOME: project }, file)
  const client = new OpenAI({
    baseURL: `${server.ready.url}/v1`,
    apiKey: String(server.ready.key),
    maxRetries: 0,
  })
  const answer = await client.images.generate({ model: 'auto', prompt: 'a tent' })
  const bytes = Buffer.from(answer.data?.[0]?.b64_json ?? '', 'base64')
  expect(await describePicture(bytes)).toMatchObject({ format: 'png' })
  expect(await server.stop()).toBe(0)
})

test('the library makes pictures inside a program', async () => {
  await writeFile(join(project, 'program.ts'), script)
  const output = await inProject(process.execPath, 'program.ts')
  expect(output.trim()).toBe('true 0.00000001 true openai max_cost_exceeded')
  const pictures = await Promise.all([0, 1].map((n) => readFile(join(project, `kite-${n}.png`))))
  expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false)
})

test('the compiler accepts that program and every declaration of the package', async () => {
  await writeFile(join(project, 'program.ts'), script)
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2024',
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  }
  const config = { compilerOptions, files: ['program.ts'] }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config))
  await inProject(process.execPath, compiler, '-p', '.')
})

test('what a user does not need is not in it', async () => {
  const { output } = await run('tar', ['-tzf', `keeprate-${manifest.version}.tgz`], {
    cwd: project,
  })
  const files = output.trim().split('\n')
  expect(files.length).toBeGreaterThan(100)
  expect(
    files.filter((file) => /\.test\.|fixtures|\.ts$/.test(file) && !/\.d\.ts$/.test(file)),
  ).toEqual([])
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts']) {
    expect(files).toContain(`package/${file}`)
  }
})
