import { testProvider } from '../../testing/test-provider.ts'
import replicate from './index.ts'
import emulator from './sandbox.ts'

testProvider(replicate, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  skip: {},
})
