import type { components } from '../api/schema.gen';

// What `navigator.credentials` takes and gives, as the JSON of WebAuthn: binary values in base64url.

// The document says only that it is an object.
type Json = components['schemas']['NewPasskey']['credential'];

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Whether this browser knows passkeys at all; only over TLS or on the machine itself. */
export function knowsPasskeys(): boolean {
  return 'PublicKeyCredential' in window && window.isSecureContext;
}

function found(credential: Credential | null): PublicKeyCredential {
  if (!(credential instanceof PublicKeyCredential)) throw new Error('no passkey');
  return credential;
}

/** Makes a passkey on this device. */
export async function create(options: object): Promise<Json> {
  const { publicKey } = options as { publicKey: PublicKeyCredentialCreationOptionsJSON };
  const credential = found(
    await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: (publicKey.excludeCredentials ?? []).map(({ id }) => ({ id: bytes(id), type: 'public-key' as const })),
      } as PublicKeyCredentialCreationOptions,
    }),
  );
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    extensions: {},
    response: {
      attestationObject: text(response.attestationObject),
      clientDataJSON: text(response.clientDataJSON),
      transports: response.getTransports(),
    },
  } as unknown as Json;
}

/** Asks for one of the passkeys on this device. */
export async function ask(options: object): Promise<Json> {
  const { publicKey } = options as { publicKey: PublicKeyCredentialRequestOptionsJSON };
  const credential = found(
    await navigator.credentials.get({
      publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: [] } as PublicKeyCredentialRequestOptions,
    }),
  );
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    extensions: {},
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  } as unknown as Json;
}
