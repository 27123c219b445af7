from actors import Autosave, Settings

edit = {"changes": [], "source": "code-mode"}
with Autosave(Settings(drain_timeout_s=0.2)) as autosave:
    autosave.open("good.py").submit(edit)
    autosave.open("no-such-folder/bad.py").submit(edit)

assert autosave.report is not None
for unsaved in autosave.report.unsaved:
    print(unsaved.path, unsaved.reason, f"draft {unsaved.draft}", sep="\n")
