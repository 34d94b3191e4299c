from pointsapp import create_app

app = create_app()
