import type { Service } from './contract.ts'
import { postgres } from './postgres.ts'
import { tesseract } from './tesseract.ts'

/** The services that tests may use. */
export const services: readonly Service[] = [postgres, tesseract]
