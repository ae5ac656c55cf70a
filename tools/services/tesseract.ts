import { glob } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { run } from '../run.ts'
import type { Installation, Service } from './contract.ts'

/** Tesseract 3 reads in another way (its release notes: 4.0 of 2018-10-29 brought neural nets). */
const LOWEST_MAJOR = 4

/** The program that reads lettering. Nothing runs between tests: they get its path. */
export const tesseract: Service = {
  name: 'Tesseract',
  variable: 'KEEPRATE_TEST_TESSERACT',
  debianPackages: ['tesseract-ocr', 'tesseract-ocr-eng', 'fonts-dejavu-core'],
  without:
    'Lettering is not read in tests; what the checks make of readings is tested all the same.',
  find: findTesseract,
  start: ({ folder }) =>
    Promise.resolve({ url: join(folder, 'tesseract'), stop: () => Promise.resolve() }),
}

/** A Tesseract that knows English, and a font to write what it is to read. */
async function findTesseract(): Promise<Installation | undefined> {
  if (!(await hasFont())) return undefined
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const program = join(folder, 'tesseract')
    const [, version] = /^tesseract v?(\S+)/.exec((await run(program, ['--version'])).output) ?? []
    if (version === undefined || Number.parseInt(version, 10) < LOWEST_MAJOR) continue
    const languages = (await run(program, ['--list-langs'])).output.split('\n')
    if (languages.some((line) => line.trim() === 'eng')) return { folder, version }
  }
  return undefined
}

async function hasFont(): Promise<boolean> {
  const places = ['/usr/share/fonts', '/usr/local/share/fonts', '/Library/Fonts']
  for (const place of places) {
    for await (const _file of glob(join(place, '**/DejaVuSans.ttf'))) return true
  }
  return false
}
