from pointsapp import create_app
from pointsapp.web.gate import with_gate

app = with_gate(create_app())
