import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, makeCommands } from './commands.ts'
import { describe as describePicture, makeMask, makePng } from './pictures.ts'

const SQUARE = { width: 1024, height: 1024 }

interface Made {
  readonly cost: string
  readonly isSimulated: boolean
  readonly requestId: string
  readonly images: readonly { readonly path: string; readonly format: string }[]
}

let commands: Commands
const inHome = (path: string) => join(commands.home, path)
const pictureAt = async (path: string) => describePicture(await readFile(inHome(path)))

beforeAll(async () => {
  commands = await makeCommands()
  await mkdir(inHome('in'))
  await writeFile(inHome('in/photo.png'), await makePng(SQUARE))
  await writeFile(inHome('in/mask.png'), await makeMask(SQUARE))
  await writeFile(inHome('in/text.png'), 'no picture')
})
afterAll(() => commands.clear())

describe.concurrent('generate', () => {
  test('saves pictures named by the prompt, and says who made them for how much', async () => {
    const output = await commands.text(0, 'generate', 'Two Boats!', '-n', '2', '--out', 'made')
    expect(output).toMatch(/^made by \w+\/\S+ {3}route direct {3}cache MISS\n/)
    expect(output).toMatch(/^cost {3}\$\d+\.\d+ \(simulated\) {3}list \$\S+ {3}saved \$\S+$/m)
    expect(output).toMatch(/^receipt req_\w+$/m)
    const files = (await readdir(inHome('made'))).toSorted()
    expect(files).toHaveLength(2)
    for (const file of files) {
      expect(file).toMatch(/^two-boats-\w{6}-[12]\.png$/)
      expect(await pictureAt(`made/${file}`)).toEqual({ ...SQUARE, format: 'png' })
    }
  })

  test('with --json prints the receipt’s facts and the paths', async () => {
    const words = ['generate', 'a cup', '--model', 'flux-2-pro', '-f', 'webp', '-o', 'cup.webp']
    const made = await commands.json<Made>(0, ...words)
    expect(made).toMatchObject({ isSimulated: true, provider: 'bfl', model: 'flux-2-pro' })
    expect(made.images).toMatchObject([{ path: 'cup.webp', format: 'webp' }])
    expect(await pictureAt('cup.webp')).toEqual({ ...SQUARE, format: 'webp' })
  })

  test.each<[number, string, string, readonly string[]]>([
    [2, 'model_not_found', 'a boat', ['--model', 'no-such-model']],
    [2, 'invalid_request', 'a boat', ['-n', '11']],
    [2, 'invalid_request', 'a boat', ['--format', 'gif']],
    [2, 'content_policy_violation', 'sandbox:moderate-input', ['--model', 'gpt-image-2']],
    [3, 'max_cost_exceeded', 'a boat', ['--max-cost', '0.000001']],
    [1, 'no_provider_available', 'sandbox:bad-gateway', ['--model', 'flux-2-pro']],
  ])('ends with %i for %s (%s, %j)', async (code, errorCode, prompt, options) => {
    const { error } = await commands.json<{ error: object }>(code, 'generate', prompt, ...options)
    expect(error).toMatchObject({ code: errorCode, message: expect.any(String) })
  })

  test('tells a person what went wrong and what to do, without a stack', async () => {
    const ended = await commands.run('generate', 'a boat', '--max-cost', '0.000001')
    expect(ended).toMatchObject({ code: 3, output: '' })
    expect(ended.errors).toMatch(/^error {2}max_cost_exceeded: .+\n {7}Raise x-keeprate-max-cost/m)
    expect(ended.errors).not.toMatch(/\n\s+at /)
  })

  test('ends with 4 when fewer pictures came than were asked for, which are saved', async () => {
    const words = ['generate', 'a boat sandbox:wrong-count', '--model', 'gpt-image-2', '-n', '2']
    const made = await commands.json<Made>(4, ...words, '--out', 'few')
    expect(made.images).toHaveLength(1)
    expect(await readdir(inHome('few'))).toHaveLength(1)
  })
})

describe.concurrent('edit', () => {
  test('changes a picture, with a mask as well', async () => {
    const words = ['edit', 'add snow', '-i', 'in/photo.png', '--mask', 'in/mask.png']
    const made = await commands.json<Made>(0, ...words, '-o', 'snow.png', '-s', '1024x1024')
    expect(made.images).toMatchObject([{ path: 'snow.png' }])
    expect(await pictureAt('snow.png')).toMatchObject({ ...SQUARE, format: 'png' })
    expect(
      await commands.text(0, 'edit', 'add rain', '-i', 'in/photo.png', '-o', 'rain.png'),
    ).toMatch(/^saved {2}rain\.png$/m)
  })

  test('enlarges and grows a picture, without words', async () => {
    const input = ['-i', 'in/photo.png']
    const upscale = ['edit', ...input, '--operation', 'upscale', '--scale', '2', '-o', 'up.png']
    const made = await commands.json<Made>(0, ...upscale)
    expect(made.images).toMatchObject([{ path: 'up.png' }])
    expect(await pictureAt('up.png')).toMatchObject({ width: 2048, height: 2048 })
    const grow = ['edit', ...input, '--operation', 'outpaint', '--expand', 'left=256, top=64']
    await commands.json<Made>(0, ...grow, '-o', 'wide.png')
    expect(await pictureAt('wide.png')).toMatchObject({ width: 1280, height: 1088 })
  })

  test.each([
    ['an unknown operation', ['--operation', 'paint'], 'operation'],
    ['a side in words', ['--operation', 'outpaint', '--expand', 'left'], 'expand.left'],
    ['no words for an edit', [], 'prompt'],
  ])('ends with 2 for %s', async (_, options, param) => {
    const words = ['edit', '-i', 'in/photo.png', ...options]
    const { error } = await commands.json<{ error: { param: string } }>(2, ...words)
    expect(error.param).toBe(param)
  })

  test.each([
    ['a file that is not there', 'in/nothing.png', 'cannot be read'],
    ['a file that is no picture', 'in/text.png', 'no complete image'],
  ])('ends with 2 for %s', async (_, path, message) => {
    const words = ['edit', 'add snow', '-i', path]
    const { error } = await commands.json<{ error: { message: string } }>(2, ...words)
    expect(error.message).toContain(message)
  })
})

test('route explain tells what a request is taken for, its plan and all reasons', async () => {
  const output = await commands.text(0, 'route', 'explain', 'a glass bottle', '-p', 'prduct')
  expect(output).toMatch(/^for {4}prduct \(asked\), glass \(rule\), floor 0\.8\n/)
  expect(output).toMatch(/\nplan {3}\w+: 0\.\d+ accepted, \$\d\.\d+ for each, p95 [\d.]+ s\n/)
  expect(output).toMatch(/\ngates {2}off: absent\n {4}offer .*\n1\. {2}\S+ .* chosen\n/)
  expect(output).toMatch(/\n\d+ more cannot be used:\n {2}\d+: cannot do what is asked/)
  expect(output).toMatch(/\nn {9}verdicts on pictures alike/)
})

test('route explain decides a request again; feedback import takes all it can', async () => {
  const words = ['generate', 'a glass bottle to explain', '-p', 'product', '-o', 'explained.png']
  const { requestId } = await commands.json<Made>(0, ...words)
  const output = await commands.text(0, 'route', 'explain', requestId)
  expect(output).toMatch(/^made {3}2\S+Z {3}\S+, direct, cost \$0\.\d+\nfor {4}product \(asked\)/)
  expect(output).toMatch(
    /\nagain {2}prices, shares, times and draw 0\.\d{4} of its log give the same/,
  )
  const lines = ['id,accepted', `${requestId},no`, `${requestId},maybe`, 'img_unknown,yes']
  await writeFile(inHome('said.csv'), lines.join('\n'))
  const said = await commands.json<object>(4, 'feedback', 'import', 'said.csv')
  expect(said).toEqual({
    pictures: 1,
    failed: [
      { line: 3, reason: 'accepted: must be true or false.' },
      { line: 4, id: 'img_unknown', reason: expect.stringContaining('must be that of a picture') },
    ],
  })
})
