"""The text of the About tab."""

from __future__ import annotations

ABOUT_HTML = """
<h2>What this is</h2>
<p>AskAbstracts answers questions from a library of PubMed abstracts. Every sentence of an answer leads to the passage
that it rests on, word for word as the library holds it, so that you can judge for yourself.</p>
<p class="aa-caution"><strong>Not medical advice.</strong> Abstracts are summaries; they can be wrong, outdated or
retracted. Read the publications, and ask a physician about your health.</p>

<h2>What is promised</h2>
<ul>
<li>Every quote shown stands verbatim in the stored abstract.</li>
<li>No sentence is shown as supported unless the passage that it cites supports it. When the abstracts do not say, the
answer is that they do not, and the nearest ones are shown apart.</li>
<li>A retracted abstract is left out unless you ask for it, and is never shown without its mark.</li>
<li>Without a language model, the same question to the same library gives the same answer.</li>
<li>Nothing leaves this machine but calls to PubMed when you fetch, and to the language model if you chose one.</li>
<li>A build that is interrupted goes on where it stopped.</li>
</ul>

<h2>How to fill a library</h2>
<ol>
<li>Open the <b>Library</b> tab.</li>
<li>Paste PMIDs, write a PubMed search, choose files, or any mix of these.</li>
<li>Give the new library a name and press <b>Build</b>. A few hundred abstracts take a minute or so; you can stop at any
time and go on later.</li>
<li>Choose the library at the top of the page whenever you want to ask it again.</li>
</ol>
<p>The same from a terminal:</p>
<pre><code>python -m index build --pmids 24114327 31714430 --library libraries/il32
python app.py --library libraries/il32</code></pre>

<h2>How to ask</h2>
<ul>
<li>Enter sends, Shift+Enter begins a new line.</li>
<li>A click on <b>[1]</b> brings up its source and lights the quote; Escape brings you back to the sentence.</li>
<li>A question may follow on from the one before it: “Which transcription factor does that act through?”</li>
<li>The sample library holds facts of published abstracts restated in other words, and says so on every card; PMIDs lead
to the abstracts as published.</li>
</ul>
"""
