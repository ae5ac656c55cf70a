import { testProvider } from '../../testing/test-provider.ts'
import fal from './index.ts'
import emulator from './sandbox.ts'

testProvider(fal, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  skip: {},
})
