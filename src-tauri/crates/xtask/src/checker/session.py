"""A session for every request of the checker. One that the requests themselves have ended is taken up anew."""

import os

import requests
import schemathesis


class OwnAddress(requests.adapters.HTTPAdapter):
    """The checker guesses at logins, for which its address is slowed: its sessions come from another one."""

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=("127.0.0.2", 0), **kwargs)


HUB = os.environ["LANEDESK_HUB"]
LOGIN = {"username": os.environ["LANEDESK_USERNAME"], "password": os.environ["LANEDESK_PASSWORD"]}
logins = requests.Session()
logins.mount("http://", OwnAddress())
token = None


@schemathesis.auth(refresh_interval=None)
class Session:
    def get(self, case, context):
        global token
        if token is None:
            answer = logins.post(f"{HUB}/api/session", json=LOGIN, timeout=30)
            answer.raise_for_status()
            token = answer.json()["token"]
        return token

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def after_call(context, case, response):
    global token
    asked = response.request.headers.get("Authorization", "")
    ended = response.status_code == 401 or case.method.upper() == "DELETE"
    if token is not None and ended and asked == f"Bearer {token}":
        token = None
