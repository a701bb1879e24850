// The instructions of pickle protocols 0 to 5, each under its name in Python's pickletools.

import type { PickleMachine } from './pickle.ts'
import { textFloat, textLong, unescapeBytes, unescapeUnicode } from './pickle-text.ts'
import { latin1, PickleGlobal, PickleObject } from './pickle-values.ts'

type Instruction = (machine: PickleMachine) => void

// Byte strings of Python 2 longer than this are the contents of arrays, not names.
const longString = 1 << 20

export const instructions: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  // Framing: the protocol's number, and the length of a frame, which must be there.
  [
    0x80, // PROTO
    (m) => {
      if (m.input.uint(1) > 5) m.refuse('the pickle protocol is newer than 5: save it with protocol=2')
    },
  ],
  [0x95, (m) => m.input.checkAhead(m.input.uint(8))], // FRAME

  // Constants and numbers.
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4b, (m) => m.push(m.input.uint(1))], // BININT1
  [0x4d, (m) => m.push(m.input.uint(2))], // BININT2
  [0x4a, (m) => m.push(m.input.uint(4) | 0)], // BININT
  [0x8a, (m) => m.push(m.input.long(m.input.uint(1)))], // LONG1
  [0x8b, (m) => m.push(m.input.long(m.input.uint(4)))], // LONG4
  [0x47, (m) => m.push(m.input.float())], // BINFLOAT
  [0x46, (m) => m.push(textFloat(m.input.line(), m.refuse))], // FLOAT
  [0x4c, (m) => m.push(textLong(m.input.line().replace(/L$/, ''), m.refuse))], // LONG
  [
    0x49, // INT, where 00 and 01 are the booleans
    (m) => {
      const text = m.input.line()
      m.push(text === '00' || text === '01' ? text === '01' : textLong(text, m.refuse))
    },
  ],

  // Strings and bytes.
  [0x58, (m) => m.push(m.input.text(m.input.uint(4)))], // BINUNICODE
  [0x8c, (m) => m.push(m.input.text(m.input.uint(1)))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.input.text(m.input.uint(8)))], // BINUNICODE8
  [0x56, (m) => m.push(unescapeUnicode(m.input.line(), m.refuse))], // UNICODE
  [0x55, (m) => m.push(latin1(m.input.take(m.input.uint(1))))], // SHORT_BINSTRING
  [0x54, (m) => m.push(byteString(m.input.take(m.input.uint(4))))], // BINSTRING
  [0x53, (m) => m.push(byteString(unescapeBytes(m.input.line(), m.refuse)))], // STRING
  [0x43, (m) => m.push(m.input.take(m.input.uint(1)))], // SHORT_BINBYTES
  [0x42, (m) => m.push(m.input.take(m.input.uint(4)))], // BINBYTES
  [0x8e, (m) => m.push(m.input.take(m.input.uint(8)))], // BINBYTES8
  [0x96, (m) => m.push(m.input.take(m.input.uint(8)))], // BYTEARRAY8

  // Containers.
  [0x28, (m) => m.mark()], // MARK
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x8f, (m) => m.push(new Set())], // EMPTY_SET
  [0x6c, (m) => m.push(m.popToMark())], // LIST
  [0x74, (m) => m.push(m.popToMark())], // TUPLE
  [0x85, (m) => m.push(m.popMany(1))], // TUPLE1
  [0x86, (m) => m.push(m.popMany(2))], // TUPLE2
  [0x87, (m) => m.push(m.popMany(3))], // TUPLE3
  [0x91, (m) => m.push(new Set(m.popToMark()))], // FROZENSET
  [
    0x64, // DICT
    (m) => {
      const items = m.popToMark()
      m.push(new Map())
      m.setItems(items)
    },
  ],
  [0x61, (m) => m.append(m.popMany(1))], // APPEND
  [0x65, (m) => m.append(m.popToMark())], // APPENDS
  [0x90, (m) => m.append(m.popToMark())], // ADDITEMS
  [0x73, (m) => m.setItems(m.popMany(2))], // SETITEM
  [0x75, (m) => m.setItems(m.popToMark())], // SETITEMS

  // The stack and the memo.
  [0x30, (m) => m.discard()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x67, (m) => m.recall(lineIndex(m))], // GET
  [0x68, (m) => m.recall(m.input.uint(1))], // BINGET
  [0x6a, (m) => m.recall(m.input.uint(4))], // LONG_BINGET
  [0x70, (m) => m.memoize(lineIndex(m))], // PUT
  [0x71, (m) => m.memoize(m.input.uint(1))], // BINPUT
  [0x72, (m) => m.memoize(m.input.uint(4))], // LONG_BINPUT
  [0x94, (m) => m.memoize()], // MEMOIZE

  // Names, and what pickle would call.
  [0x63, (m) => m.push(new PickleGlobal(`${m.input.line()}.${m.input.line()}`))], // GLOBAL
  [
    0x93, // STACK_GLOBAL
    (m) => {
      const [module, name] = m.popMany(2)
      if (typeof module !== 'string' || typeof name !== 'string') m.refuse('a global needs two names')
      m.push(new PickleGlobal(`${module}.${name}`))
    },
  ],
  [0x52, call], // REDUCE
  [0x81, call], // NEWOBJ
  [
    0x92, // NEWOBJ_EX: no constructor known here takes keyword arguments
    (m) => {
      const [callee, args, named] = m.popMany(3)
      m.push(new PickleObject(m.nameOf(callee), [args, named]))
    },
  ],
  [0x69, (m) => m.push(new PickleObject(`${m.input.line()}.${m.input.line()}`, m.popToMark()))], // INST
  [
    0x6f, // OBJ
    (m) => {
      const [callee, ...args] = m.popToMark()
      m.push(new PickleObject(m.nameOf(callee), args))
    },
  ],
  [0x62, (m) => m.build(m.pop())], // BUILD
  [0x50, (m) => m.persistent(m.input.line())], // PERSID
  [0x51, (m) => m.persistent(m.pop())], // BINPERSID

  [0x82, extension], // EXT1
  [0x83, extension], // EXT2
  [0x84, extension], // EXT4
  [0x97, outside], // NEXT_BUFFER
  [0x98, outside], // READONLY_BUFFER
])

function call(m: PickleMachine): void {
  const [callee, args] = m.popMany(2)
  m.construct(m.nameOf(callee), args)
}

function extension(m: PickleMachine): void {
  m.refuse('the pickle uses the extension registry of a Python program')
}

function outside(m: PickleMachine): void {
  m.refuse('the pickle refers to buffers outside of the file')
}

function lineIndex(m: PickleMachine): number {
  const text = m.input.line()
  return /^\d{1,10}$/.test(text) ? Number(text) : m.refuse(`'${text.slice(0, 40)}' is no index of the memo`)
}

function byteString(bytes: Uint8Array): string | Uint8Array {
  return bytes.byteLength > longString ? bytes : latin1(bytes)
}
