import { describe, expect, it } from 'vitest';
import { ApiError, errorCode, fieldFaults, friendlyError } from './problem.ts';

describe('friendlyError', () => {
  it("prefers the server's sentence and adds what to do", () => {
    const error = new ApiError({
      status: 503,
      detail: 'The disk is not mounted.',
      fix: 'Mount it and scan again.',
      reference: 'r-7',
    });
    expect(friendlyError(error)).toMatchObject({
      text: 'The disk is not mounted. Mount it and scan again.',
      reference: 'r-7',
    });
  });

  it('has words for what is no problem of the API', () => {
    const { title, text } = friendlyError(new TypeError('x is undefined'));
    expect(title).not.toBe('');
    expect(text).not.toContain('undefined');
  });
});

describe('fieldFaults', () => {
  it('names each field once, without the part of the request it was in', () => {
    const errors = [
      { path: 'body.folders.0', message: 'It is not there.' },
      { path: 'body.folders.0', message: 'It is not a folder.' },
      { path: 'name', message: 'Too long.' },
    ];
    expect(fieldFaults(new ApiError({ status: 400, error_code: 'validation_failed', errors }))).toEqual({
      'folders.0': 'It is not there.',
      name: 'Too long.',
    });
  });
});

it('compares errors by code', () => {
  expect(errorCode(new ApiError({ status: 409, error_code: 'conflict' }))).toBe('conflict');
  expect(errorCode('conflict')).toBeUndefined();
});
