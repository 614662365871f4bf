"""Tells whom a pass of Sluice lets in, with a stock library: pip install 'pyjwt[crypto]'

python verify.py https://line.example <drop id> <token of a visit>
"""

import json
import sys

import jwt


class PassVerifier:
    """Verifies tokens of visits to one site. Make one and keep it: it keeps the keys."""

    def __init__(self, public_url, drop_id):
        self.issuer = public_url.rstrip("/")
        self.drop_id = drop_id
        # Fetched when they are needed, kept for a minute, and fetched again when a token names another.
        address = f"{self.issuer}/v1/passes/keys.json"
        self.keys = jwt.PyJWKClient(address, lifespan=60, timeout=3)

    def verify(self, token):
        """Returns what the token of a visit, the cookie's value, says.

        `jti` is the pass, `sub` the visitor, `exp` the end, seconds since 1970. Raises
        `jwt.PyJWTError` where there is nobody to let in.
        """
        claims = jwt.decode(
            token,
            self.keys.get_signing_key_from_jwt(token).key,
            # One algorithm, whatever a token says of itself.
            algorithms=["EdDSA"],
            issuer=self.issuer,
            audience=self.drop_id,
            leeway=5,
            options={"require": ["jti", "sub", "nbf", "exp"]},
        )
        # The token in an address is swapped at Sluice first, once: it is no visit yet.
        if claims.get("use") != "visit":
            raise jwt.InvalidTokenError("the token is for another use")
        return claims


if __name__ == "__main__":
    try:
        print(json.dumps(PassVerifier(sys.argv[1], sys.argv[2]).verify(sys.argv[3])))
    except jwt.PyJWTError as error:
        sys.exit(f"refused: {error}")
